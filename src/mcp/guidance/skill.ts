import type { McpServer } from '@modelcontextprotocol/server';
import { SkillsExtension, skillEntry } from '@modelcontextprotocol/server/ext/skills';

/** The folder of the skill, by the format's rules also its name. */
const folder = 'manychat';

/** How the skill is listed among the resources. */
const title = 'How to work with ManyChat';
const description = 'Which tool for what, the 24-hour window and what is left after it, and what the API cannot do';
const mimeType = 'text/markdown';

/**
 * Serves a skill by the MCP extension for skills (SEP-2640), and as a resource for clients that do not know it. Its entry
 * with a digest is made when it is asked for.
 * @param markdown the skill's only file, SKILL.md.
 */
export function serveSkill(server: McpServer, markdown: string): void {
  let made: ReturnType<typeof skillEntry> | undefined;
  const entry = () => {
    made ??= skillEntry(folder, { 'SKILL.md': markdown });
    return made;
  };
  const skills = new SkillsExtension({
    strict: true,
    source: {
      list: async () => ({ skills: [await entry()] }),
      get: async (uri) => {
        const skill = await entry();
        return uri === skill.uri ? skill : undefined;
      },
      read: async (uri) => (uri === (await entry()).uri ? { text: markdown, mimeType } : undefined),
      listResources: async () => {
        const { uri, frontmatter } = await entry();
        return [{ uri, name: frontmatter.name, title, description, mimeType }];
      },
    },
  });
  skills.attach(server);
}
