/** For React 19, by `import 'caseframe/element/react'` in any one file: the elements in JSX, with their properties. */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { CaseframeButton, CaseframeEventMap, CaseframeReview } from './element.js';

/** What a page can set: React sets it as a property where the element has one. */
type Settable<T> = { [K in Exclude<keyof T, keyof HTMLElement | 'state' | 'show'>]?: T[K] | undefined };

/** React 19 listens to an event of any name by `on` and the name. */
type Listeners = { [K in keyof CaseframeEventMap as `on${K}`]?: (event: CaseframeEventMap[K]) => void };

/** An element's properties in JSX. */
type Props<T extends HTMLElement> = DetailedHTMLProps<HTMLAttributes<T>, T> & Settable<T> & Listeners;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      /** One click takes a picture and delivers it. */
      'caseframe-button': Props<CaseframeButton>;
      /** A still is looked at and covered. */
      'caseframe-review': Props<CaseframeReview>;
    }
  }
}
