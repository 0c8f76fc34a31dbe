import { hearingClient } from './hearing-client.js';
import { connectProgram } from './program.js';

/** Folder of the contract files. */
export const contractFolder = 'test/contract';

const asText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** What an account that hears its contacts is offered besides: its tools, and all of its resources. */
async function heardContract(others: readonly string[]): Promise<(readonly [string, string])[]> {
  const client = await hearingClient();
  try {
    const { tools } = await client.listTools();
    const { resources } = await client.listResources();
    const added = tools.filter(({ name }) => !others.includes(name));
    return [
      ...added.map((tool) => [`${tool.name}.json`, asText(tool)] as const),
      ['resources-with-inbound.json', asText(resources)],
    ];
  } finally {
    await client.close();
  }
}

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
      ...(await heardContract(tools.map(({ name }) => name))),
    ]);
  } finally {
    await client.close();
  }
}
