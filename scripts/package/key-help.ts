/** Where users get each key, for clients that ask for settings. One of the two is enough. */
export const keyHelp: Readonly<Record<string, string>> = {
  MATON_API_KEY:
    'If you use Maton: copy the key from https://maton.ai/settings. Leave it empty if you enter a ManyChat key or try the sandbox.',
  MANYCHAT_API_KEY:
    'If you do not use Maton: in ManyChat (Pro plan) open Settings, API, and generate the key. It is used only when the Maton key is empty.',
};
