/** For browsers without constructable stylesheets: a stylesheet, which bundlers take by `import 'caseframe/element.css'`. */
export {};
