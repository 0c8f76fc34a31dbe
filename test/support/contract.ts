import { connectProgram } from './program.js';

/** Folder of the contract files. */
export const contractFolder = 'test/contract';

const asText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** What the program offers to a client, as file name and text: each tool, the prompts, the resources, the instructions. */
export async function contract(): Promise<ReadonlyMap<string, string>> {
  const { client } = await connectProgram({ MATON_API_KEY: 'nobody' });
  try {
    const { tools } = await client.listTools();
    const { prompts } = await client.listPrompts();
    const { resources } = await client.listResources();
    return new Map([
      ...tools.map((tool) => [`${tool.name}.json`, asText(tool)] as const),
      ['prompts.json', asText(prompts)],
      ['resources.json', asText(resources)],
      ['instructions.txt', `${client.getInstructions() ?? ''}\n`],
    ]);
  } finally {
    await client.close();
  }
}
