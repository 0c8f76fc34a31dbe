// undici is CommonJS. If it were imported dynamically itself, a bundle would put its exports under `default`.
export { Agent, EnvHttpProxyAgent } from 'undici';
