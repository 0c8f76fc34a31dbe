import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { facts, pathOf } from '../../scripts/root.js';
import { readAccountsFile } from '../../src/config/accounts/accounts-file.js';
import { configOf } from '../support/config.js';
import { useFolder } from '../support/folder.js';

const file = (name: string): string => readFileSync(pathOf(`deploy/${name}`), 'utf8').replaceAll('\r\n', '\n');

/** The documents of a YAML file. Keys that occur twice are an error, as everything else that a reader could take otherwise. */
function documentsIn(name: string): unknown[] {
  const documents = parseAllDocuments(file(name), { merge: true });
  return documents.map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return document.toJS();
  });
}

const image = `ghcr.io/manychat-mcp/${facts.name}:${facts.version}`;
const texts = z.record(z.string(), z.string());
const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];

/** The pairs of an option and its value in a command line. */
const pairsIn = (words: readonly string[]): string[] => words.map((word, at) => `${word} ${words[at + 1]}`);
const durablePairs = pairsIn(durable).filter((_, at) => at % 2 === 0);

const seconds = (text: string): number => Number(/^(\d+)s$/.exec(text)?.[1]);

/** What a server over HTTP beyond loopback has to be configured with. */
function expectServing(environment: Readonly<Record<string, string>>): void {
  // Refuses names that are not settings, and values that they do not take.
  const { http, account, accounts, signIn } = configOf(environment);
  expect(http).toMatchObject({ host: '0.0.0.0', port: 8_808, publicUrl: { protocol: 'https:' } });
  expect(signIn.ways).toEqual(['tokens']);
  expect(accounts.path).toMatch(/^\/etc\/manychat-mcp\//);
  expect(signIn.tokens).toMatch(/^\/etc\/manychat-mcp\//);
  expect(environment.MANYCHAT_MCP_REDIS_URL).toMatch(/^redis:/);
  expect(account.access.mode).toBe('none');
}

/** The longest time from the signal to the end of a server, in milliseconds. */
function endsWithin(environment: Readonly<Record<string, string>>): number {
  const { http, account } = configOf(environment);
  return (http?.drainMs ?? 0) + account.deadlineMs;
}

describe('compose.yaml', () => {
  const service = z.object({
    image: z.string(),
    command: z.array(z.string()).optional(),
    environment: z.union([texts, z.array(z.string())]).optional(),
    read_only: z.literal(true),
    cap_drop: z.tuple([z.literal('ALL')]),
    security_opt: z.tuple([z.literal('no-new-privileges:true')]),
    volumes: z.array(z.string()).default([]),
    secrets: z.array(z.string()).default([]),
    networks: z.array(z.string()),
    ports: z.array(z.string()).default([]),
    profiles: z.array(z.string()).default([]),
    healthcheck: z.object({ test: z.array(z.string()).optional() }).optional(),
    stop_grace_period: z.string().optional(),
  });
  const compose = z
    .object({
      services: z.record(z.string(), service),
      secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
      networks: z.record(z.string(), z.object({ internal: z.boolean() }).nullable()),
      volumes: z.record(z.string(), z.null()),
    })
    .parse(documentsIn('compose.yaml')[0]);
  const { proxy, balancer, valkey, admin, ...servers } = compose.services;
  const withDomain = (environment: unknown): Record<string, string> =>
    Object.fromEntries(
      Object.entries(texts.parse(environment)).map(([name, value]) => [
        name,
        value.replace(/\$\{MCP_DOMAIN:\?[^}]+\}/, 'manychat.example.com'),
      ]),
    );
  const environments = Object.values(servers).map(({ environment }) => withDomain(environment));

  test('runs two servers of this version with settings that exist', () => {
    expect(Object.keys(servers)).toEqual(['server-1', 'server-2']);
    for (const server of Object.values(servers)) expect(server).toMatchObject({ image, command: ['serve'] });
    for (const environment of environments) expectServing(environment);
  });

  test('lets a server finish its calls before it is killed', () => {
    for (const [at, { stop_grace_period = '' }] of Object.values(servers).entries())
      expect(seconds(stop_grace_period) * 1_000).toBeGreaterThan(endsWithin(environments[at] ?? {}));
  });

  test('has a proxy that alone is reached from outside, and takes a server out of turn before it stops', () => {
    const listening = Object.entries(compose.services).filter(([, { ports }]) => ports.length > 0);
    expect(listening.map(([name]) => name)).toEqual(['proxy']);
    const addresses = texts.parse(balancer?.environment);
    const { port, drainMs = 0 } = configOf(environments[0] ?? {}).http ?? {};
    expect([addresses.MCP_SERVER_1, addresses.MCP_SERVER_2]).toEqual([`server-1:${port}`, `server-2:${port}`]);
    const haproxy = file('haproxy.cfg');
    const used = Array.from(haproxy.matchAll(/"\$\{(\w+)\}"/g), ([, name]) => name);
    expect(used).toEqual(Object.keys(addresses));
    expect(haproxy).toContain('option httpchk GET /readyz\n');
    const [, interval, fall] = /check inter (\d+) fall (\d+)/.exec(haproxy) ?? [];
    expect(Number(interval) * Number(fall)).toBeLessThan(drainMs);
    expect(file('Caddyfile')).toContain(`reverse_proxy balancer:${addresses.MCP_BIND?.split(':')[1]} {`);
    expect(balancer?.volumes).toContain('./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro');
    expect(proxy?.volumes).toContain('./Caddyfile:/etc/caddy/Caddyfile:ro');
  });

  test('keeps what servers share, in a network that only they and Valkey are in', () => {
    expect(pairsIn(valkey?.command ?? [])).toEqual(expect.arrayContaining(durablePairs));
    expect(valkey?.volumes).toEqual(['valkey-data:/data']);
    const { hostname, port } = new URL(environments[0]?.MANYCHAT_MCP_REDIS_URL ?? '');
    expect([compose.services[hostname], port]).toEqual([valkey, '6379']);
    expect(compose.networks.shared).toEqual({ internal: true });
    const inShared = Object.entries(compose.services).filter(([, { networks }]) => networks.includes('shared'));
    expect(inShared.map(([name]) => name)).toEqual(['server-1', 'server-2', 'valkey']);
  });

  test('has a health check for everything that goes on', () => {
    for (const each of [proxy, balancer, valkey]) expect(each?.healthcheck?.test?.length).toBeGreaterThan(1);
    // The servers have that of the image.
    for (const each of Object.values(servers)) expect(each.healthcheck).toBe(undefined);
  });

  test('has an accounts file whose keys are its secrets', () => {
    const { accounts, profiles = [] } = readAccountsFile(pathOf('deploy/config/accounts.json'), process.platform);
    expect(profiles.length).toBeGreaterThan(1);
    const keys = accounts.map(({ key }) => key);
    expect(keys).toEqual(Object.keys(compose.secrets).map((name) => ({ file: `/run/secrets/${name}` })));
    for (const each of [...Object.values(servers), admin]) expect(each?.secrets).toEqual(Object.keys(compose.secrets));
  });

  test('gives the tokens to the servers as a folder, and lets only the command write them', () => {
    for (const each of Object.values(servers)) expect(each.volumes).toEqual(['./config:/etc/manychat-mcp:ro']);
    expect(admin).toMatchObject({ image, profiles: ['admin'], volumes: ['./config:/etc/manychat-mcp'] });
    const { accounts, signIn } = configOf(texts.parse(admin?.environment));
    const ofServer = configOf(environments[0] ?? {});
    expect([accounts.path, signIn.tokens]).toEqual([ofServer.accounts.path, ofServer.signIn.tokens]);
    expect(file('.gitignore').split('\n')).toEqual(expect.arrayContaining(['config/tokens.json*', 'secrets/']));
  });
});

describe('the manifests for Kubernetes', () => {
  const writeFile = useFolder();
  const names = z.object({ name: z.string() });
  const labels = z.object({ matchLabels: texts });
  const restricted = z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  });
  const probe = z.object({
    httpGet: z.object({ path: z.string(), port: z.string() }).optional(),
    exec: z.object({ command: z.array(z.string()) }).optional(),
    periodSeconds: z.number(),
    failureThreshold: z.number().default(3),
  });
  const container = z.object({
    image: z.string(),
    args: z.array(z.string()),
    ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
    env: z
      .array(z.object({ name: z.string(), valueFrom: z.object({ secretKeyRef: names.extend({ key: z.string() }) }) }))
      .default([]),
    envFrom: z.array(z.object({ configMapRef: names })).default([]),
    readinessProbe: probe,
    livenessProbe: probe.optional(),
    securityContext: restricted,
    volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
  });
  const pod = z.object({
    metadata: z.object({ labels: texts }),
    spec: z.object({
      terminationGracePeriodSeconds: z.number().optional(),
      automountServiceAccountToken: z.literal(false),
      securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number().min(1), fsGroup: z.number() }),
      containers: z.tuple([container]),
      volumes: z
        .array(
          z.object({
            name: z.string(),
            configMap: names.optional(),
            secret: z.object({ secretName: z.string(), defaultMode: z.number() }).optional(),
          }),
        )
        .default([]),
    }),
  });
  const workload = z.object({
    replicas: z.number(),
    selector: labels,
    template: pod,
    strategy: z.unknown().optional(),
  });
  const manifest = z.object({
    apiVersion: z.string(),
    kind: z.string(),
    metadata: names,
    data: texts.optional(),
    spec: z.unknown().optional(),
  });
  const manifests = readdirSync(pathOf('deploy/kubernetes')).flatMap((name) =>
    documentsIn(`kubernetes/${name}`).map((each) => manifest.parse(each)),
  );

  function the(kind: string, name: string) {
    const [found, ...more] = manifests.filter((each) => each.kind === kind && each.metadata.name === name);
    if (found === undefined || more.length > 0) throw new Error(`there is not one ${kind} ${name}`);
    return found;
  }

  const settings = the('ConfigMap', 'manychat-mcp-settings').data ?? {};
  const environment = { ...settings, MANYCHAT_MCP_REDIS_URL: 'redis://manychat-mcp-valkey:6379' };
  const deployment = workload.parse(the('Deployment', 'manychat-mcp').spec);
  const [server] = deployment.template.spec.containers;

  test('are these', () => {
    expect(manifests.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'v1 ConfigMap manychat-mcp-settings',
      'v1 ConfigMap manychat-mcp-accounts',
      'apps/v1 Deployment manychat-mcp',
      'v1 Service manychat-mcp',
      'policy/v1 PodDisruptionBudget manychat-mcp',
      'apps/v1 StatefulSet manychat-mcp-valkey',
      'v1 Service manychat-mcp-valkey',
      'networking.k8s.io/v1 NetworkPolicy manychat-mcp-valkey',
    ]);
  });

  test('run two servers of this version with settings that exist, and never fewer', () => {
    expectServing(environment);
    expect(server).toMatchObject({ image, args: ['serve'] });
    expect(server.envFrom).toEqual([{ configMapRef: { name: 'manychat-mcp-settings' } }]);
    expect(server.env.map(({ name }) => name)).toEqual(['MANYCHAT_MCP_REDIS_URL']);
    expect(deployment.replicas).toBeGreaterThanOrEqual(2);
    expect(deployment.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
    expect(the('PodDisruptionBudget', 'manychat-mcp').spec).toMatchObject({ minAvailable: 1 });
  });

  test('let a server finish its calls before it is killed', () => {
    const { terminationGracePeriodSeconds = 0 } = deployment.template.spec;
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(endsWithin(environment));
    const { periodSeconds, failureThreshold } = server.readinessProbe;
    expect(periodSeconds * failureThreshold * 1_000).toBeLessThan(configOf(environment).http?.drainMs ?? 0);
  });

  test('ask the probes of the program, on its port', () => {
    expect(server.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(server.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
    expect(server.ports).toEqual([{ name: 'http', containerPort: configOf(environment).http?.port }]);
    expect(the('Service', 'manychat-mcp').spec).toMatchObject({ ports: [{ targetPort: 'http' }] });
  });

  test('mount what the settings and the accounts file name, and secrets for the group only', () => {
    const { accounts, signIn } = configOf(environment);
    const text = the('ConfigMap', 'manychat-mcp-accounts').data?.['accounts.json'] ?? '';
    const keys = readAccountsFile(writeFile('accounts.json', text), process.platform).accounts.flatMap(({ key }) =>
      typeof key === 'object' && 'file' in key ? [key.file] : [],
    );
    expect(keys.length).toBeGreaterThan(0);
    const { volumes, securityContext } = deployment.template.spec;
    const sourceOf = (path: string | undefined) => {
      const mount = server.volumeMounts.find(({ mountPath }) => path?.startsWith(`${mountPath}/`));
      expect(mount?.readOnly).toBe(true);
      return volumes.find(({ name }) => name === mount?.name);
    };
    expect(sourceOf(accounts.path)?.configMap).toEqual({ name: 'manychat-mcp-accounts' });
    for (const path of [signIn.tokens, ...keys]) {
      expect(sourceOf(path)?.secret?.defaultMode, path).toBe(0o440);
      expect(securityContext.fsGroup).toBe(1_000);
    }
  });

  test('select the pods that they are about', () => {
    const { matchLabels } = deployment.selector;
    expect(deployment.template.metadata.labels).toEqual(matchLabels);
    expect(the('Service', 'manychat-mcp').spec).toMatchObject({ selector: matchLabels });
    expect(the('PodDisruptionBudget', 'manychat-mcp').spec).toMatchObject({ selector: { matchLabels } });
  });

  test('keep what the servers share, and let only them reach it', () => {
    const { replicas, selector, template } = workload.parse(the('StatefulSet', 'manychat-mcp-valkey').spec);
    expect(replicas).toBe(1);
    expect(pairsIn(template.spec.containers[0].args)).toEqual(expect.arrayContaining(durablePairs));
    expect(the('NetworkPolicy', 'manychat-mcp-valkey').spec).toMatchObject({
      podSelector: selector,
      ingress: [{ from: [{ podSelector: deployment.selector }] }],
    });
  });
});
