import vue from '@vitejs/plugin-vue';

const compilerOptions = { isCustomElement: (tag) => tag.startsWith('caseframe-') };
export default { plugins: [vue({ template: { compilerOptions } })], build: { outDir: 'out' } };
