import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { facts, pathOf } from '../../scripts/root.js';

const file = (name: string): string => readFileSync(pathOf(name), 'utf8').replaceAll('\r\n', '\n');

/** A job of a workflow: its text without comments, and the commands it runs. */
interface Job {
  readonly workflow: string;
  readonly name: string;
  readonly text: string;
  readonly runs: readonly string[];
}

/** Parses the jobs of a workflow. Job names are indented by two spaces, and every command is on one line. */
function jobsOf(workflow: string): Job[] {
  const [, jobs = ''] = file(`.github/workflows/${workflow}`).split('\njobs:\n');
  return jobs
    .split(/^(?= {2}\w+:$)/m)
    .filter((text) => /^ {2}\w+:$/m.test(text))
    .map((text) => ({
      workflow,
      name: /^ {2}(\w+):/m.exec(text)?.[1] ?? '',
      text: text.replace(/^ *#.*\n/gm, ''),
      runs: [...text.matchAll(/^ +(?:- )?run: (.+)$/gm)].map(([, command = '']) => command),
    }));
}

const workflows = readdirSync(pathOf('.github/workflows'));
const jobs = workflows.flatMap(jobsOf);
const job = (workflow: string, name: string): Job => {
  const found = jobs.find((each) => each.workflow === workflow && each.name === name);
  if (found === undefined) throw new Error(`${workflow} has no job ${name}`);
  return found;
};
const canWrite = ({ text }: Job): boolean => /: write\b|write-all/.test(text);
const named = jobs.map((each) => [`${each.workflow}, ${each.name}`, each] as const);

describe('the workflows', () => {
  test('are these, and the parser finds every command', () => {
    expect(named.map(([name]) => name)).toEqual([
      'ci.yml, test',
      'ci.yml, clients',
      'ci.yml, services',
      'ci.yml, browser',
      'ci.yml, image',
      'release.yml, build',
      'release.yml, image',
      'release.yml, publish',
    ]);
    const commands = workflows.flatMap((name) => file(`.github/workflows/${name}`).match(/\brun:/g) ?? []);
    expect(jobs.flatMap(({ runs }) => runs)).toHaveLength(commands.length);
    expect(jobs.flatMap(({ runs }) => runs.filter((command) => /^[|>]/.test(command)))).toEqual([]);
  });

  test('run the usual command on every supported Node.js version', () => {
    for (const { runs } of [job('ci.yml', 'test'), job('release.yml', 'build')])
      expect(runs).toContain('npm ci --ignore-scripts && npm test');
    const oldest = facts.engines.node.replace('>=', '').split('.')[0];
    expect(job('ci.yml', 'test').text).toContain(`node: [${oldest}, 22, 24]`);
    expect(job('ci.yml', 'test').text).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
  });

  test('have no permissions except those of their jobs', () => {
    expect(file('.github/workflows/ci.yml')).toMatch(/^permissions:\n {2}contents: read\n\w/m);
    expect(file('.github/workflows/release.yml')).toMatch(/^permissions: \{\}$/m);
    expect(jobs.filter(canWrite).map(({ name }) => name)).toEqual(['image', 'publish']);
    // The code of a pull request never runs with permissions of this repository.
    for (const name of workflows)
      expect(file(`.github/workflows/${name}`)).not.toMatch(/pull_request_target|secrets\./);
  });

  test.each(named)('%s pins actions by commit and leaves no token behind', (_, { text }) => {
    const used = [...text.matchAll(/uses: (.+)/g)].map(([, action]) => action);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const checkouts = text.match(/actions\/checkout@/g) ?? [];
    expect(text.match(/persist-credentials: false/g) ?? []).toHaveLength(checkouts.length);
  });

  test.each(named)('%s runs no install scripts of packages', (_, { runs }) => {
    for (const command of runs.filter((each) => /\bnpm (ci|install|i|pack|publish)\b/.test(each)))
      expect(command).toContain('--ignore-scripts');
  });

  test.each(named.filter(([, each]) => canWrite(each)))(
    '%s has write permission and runs no code of this repository',
    (_, { text, runs }) => {
      expect(text).not.toContain('actions/checkout@');
      expect(text).not.toMatch(/^ +(cache|working-directory):/m);
      for (const command of runs) {
        expect(command).toMatch(/^(npm publish|gh release create|docker (load|login|push|inspect)|sed -i|grep|tar) /);
        expect(command).not.toMatch(/[;&|`]|\$\(/);
      }
    },
  );
});

describe('the release', () => {
  test('publishes what the read-only job built, after the environment has approved it', () => {
    const [build, publish] = [job('release.yml', 'build'), job('release.yml', 'publish')];
    expect(publish.text).toContain('    needs: [build, image]\n');
    expect(job('release.yml', 'image').text).toContain('    needs: build\n');
    for (const name of ['image', 'publish'])
      expect(job('release.yml', name).text).toContain('    environment: release\n');
    for (const { text } of [build, publish]) expect(text).toMatch(/name: release\n +path: release\n/);
    expect(build.runs).toContainEqual(expect.stringContaining('npm pack --ignore-scripts --pack-destination release'));
    expect(publish.runs).toContain(
      `npm publish ./release/${facts.name}-*.tgz --ignore-scripts --provenance --access public`,
    );
    expect(publish.text).toContain('id-token: write');
    expect(publish.text).not.toMatch(/NODE_AUTH_TOKEN|NPM_TOKEN/);
  });
});

test('the files of a release name the image by the digest that the registry has given it', () => {
  const { runs } = job('release.yml', 'image');
  const order = ['docker load', 'docker login', 'docker push', 'docker inspect', 'sed -i', 'grep', 'grep', 'tar'];
  expect(runs.map((command) => order.find((word) => command.startsWith(word)))).toEqual(order);
  const [, from = '', to = ''] = /"s#(.+)#(.+)#"/.exec(runs.find((each) => each.startsWith('sed')) ?? '') ?? [];
  for (const [name, count] of [
    ['deploy/compose.yaml', 2],
    ['deploy/kubernetes/server.yaml', 1],
  ] as const) {
    const pinned = file(name).replaceAll(new RegExp(from, 'g'), to.replace('$IMAGE', 'name@sha256:0'));
    expect(pinned.match(/image: name@sha256:0$/gm), name).toHaveLength(count);
    expect(pinned).not.toContain('ghcr.io');
    expect(runs.filter((each) => each.startsWith('sed') || each.startsWith('grep')).join('\n')).toContain(
      `release/${name}`,
    );
  }
  // No digest stands in the repository that nobody has read from a registry.
  for (const name of ['Dockerfile', 'deploy/compose.yaml', 'deploy/kubernetes/server.yaml'])
    expect(file(name)).not.toMatch(/sha256:[0-9a-f]/);
});

test('no package runs code when it is installed, in the repository or in the image', () => {
  expect(file('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  for (const folder of ['test/browser', 'test/clients', 'test/services', 'evals'])
    expect(file(`${folder}/.npmrc`)).toMatch(/^ignore-scripts=true$/m);
  expect(file('Dockerfile').match(/npm ci.*/g)).toEqual(['npm ci --ignore-scripts']);
  // With ignore-scripts, npm would not run our own either.
  const { scripts } = JSON.parse(file('package.json'));
  expect(Object.keys(scripts).filter((name) => /^(pre|post)|^(install|prepare)$/.test(name))).toEqual([]);
});
