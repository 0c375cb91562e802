// The bundler is installed one folder up, for all tests.
const root = new URL('..', import.meta.url).pathname;

export default { output: 'export', outputFileTracingRoot: root, turbopack: { root } };
