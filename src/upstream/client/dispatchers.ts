// undici is CommonJS: imported dynamically, a bundle would give all of it under the name `default`.
export { Agent, EnvHttpProxyAgent } from 'undici';
