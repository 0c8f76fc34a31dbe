/* The build puts the styles that a page imports into its <style>. */
declare module '*.css';
