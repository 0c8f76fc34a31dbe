/** The model to run tasks with. */
export interface ModelSettings {
  readonly provider: (typeof providers)[number];
  readonly model: string;
  readonly baseUrl: string;
  /** Undefined for a local server that needs none. */
  readonly apiKey: string | undefined;
  /** How often the model is asked for one task. */
  readonly maxSteps: number;
}

/** A setting, an argument or a server that the runner cannot work with. Its message is for the user. */
export class CannotRun extends Error {}

const providers = ['openai-compatible', 'anthropic'] as const;
const anthropicUrl = 'https://api.anthropic.com/v1';
const defaultSteps = 30;
const mostSteps = 200;

/** The settings, with what they mean, for the help. */
export const settingsHelp: Readonly<Record<string, string>> = {
  EVALS_MODEL: 'the name of the model',
  EVALS_PROVIDER: providers.join(' or '),
  EVALS_BASE_URL: 'its API, such as http://127.0.0.1:11434/v1',
  EVALS_API_KEY: 'its key, which a server on this machine may not need',
  EVALS_MAX_STEPS: `how often it is asked for one task, ${defaultSteps} by default`,
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the model from the environment. Undefined if no model is named.
 * @throws CannotRun for a setting that is missing, unknown or wrong
 */
export function modelSettings(env: Environment): ModelSettings | undefined {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const unknown = Object.keys(env).filter((name) => name.startsWith('EVALS_') && !(name in settingsHelp));
  if (unknown.length > 0) {
    throw new CannotRun(`${unknown.join(', ')}: unknown. The settings are ${Object.keys(settingsHelp).join(', ')}.`);
  }
  const model = given('EVALS_MODEL');
  if (model === undefined) return undefined;
  const provider = providers.find((name) => name === given('EVALS_PROVIDER'));
  if (provider === undefined) throw new CannotRun(`EVALS_PROVIDER must be ${settingsHelp.EVALS_PROVIDER}.`);
  const apiKey = given('EVALS_API_KEY');
  const isAnthropic = provider === 'anthropic';
  if (isAnthropic && apiKey === undefined) throw new CannotRun('EVALS_API_KEY must be set for anthropic.');
  const baseUrl = given('EVALS_BASE_URL') ?? (isAnthropic ? anthropicUrl : undefined);
  if (baseUrl === undefined) {
    throw new CannotRun('EVALS_BASE_URL must be set for openai-compatible, such as http://127.0.0.1:11434/v1.');
  }
  return { provider, model, baseUrl: checkedUrl(baseUrl), apiKey, maxSteps: stepsOf(given('EVALS_MAX_STEPS')) };
}

/** The address, which is shown in messages and reports and must hold no secret. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CannotRun('EVALS_BASE_URL must be an http or https address.');
  }
  if (`${url.username}${url.password}${url.search}` !== '') {
    throw new CannotRun('EVALS_BASE_URL must have no user, password or query; the key belongs in EVALS_API_KEY.');
  }
  return text.replace(/\/+$/, '');
}

function stepsOf(text = String(defaultSteps)): number {
  const steps = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (steps < 1 || steps > mostSteps) {
    throw new CannotRun(`EVALS_MAX_STEPS must be a whole number from 1 to ${mostSteps}.`);
  }
  return steps;
}

/** Replaces the key in a text, in JSON and in addresses too. */
export function withoutKey(text: string, key: string | undefined): string {
  if (key === undefined) return text;
  const forms = [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key)];
  return forms.reduce((rest, form) => rest.replaceAll(form, '[EVALS_API_KEY]'), text);
}
