// The bundler is installed one folder up, for all tests.
export default { output: 'export', turbopack: { root: new URL('..', import.meta.url).pathname } };
