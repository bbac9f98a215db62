import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  // Pages lie at /console and /docs, perhaps below a prefix that a proxy takes away; both take their assets from
  // console/assets beside them.
  base: './',
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `console/${file}` : { relative: true }),
  },
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    // No data: URLs and no polyfills: the pages' Content-Security-Policy allows neither.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The first versions with light-dark().
    target: ['chrome123', 'firefox120', 'safari17.5'],
    rolldownOptions: { input: ['console.html', 'docs.html'].map((page) => `${import.meta.dirname}/${page}`) },
  },
});
