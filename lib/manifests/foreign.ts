import { basename } from 'node:path';
import { Kind } from './kinds';
import { isMap } from './object';
import { PATCHES } from './skipped';

/** Groups of the configuration of programs that has the form of objects and that no API server has. */
const GROUPS_OF_PROGRAMS = new RegExp(
  [
    /^(kustomize\.config|config|apiserver(\.config)?|audit|kubeadm|kubelet\.config|kubeproxy\.config)\.k8s\.io$/,
    /^(kubecontrollermanager\.config|kubescheduler\.config|client\.authentication|imagepolicy)\.k8s\.io$/,
    /^(kind\.x-k8s\.io|k3d\.io|ctlptl\.dev|eksctl\.io|kops\.k8s\.io|skaffold)$/,
    /^(backstage\.io|kpt\.dev|devspace|oam\.dev)$/,
    /^(cli\.kyverno\.io|builtin|k0sctl\.k0sproject\.io|kuttl\.dev|chainsaw\.kyverno\.io)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);
/** Kinds begin with a capital letter. */
const KIND = /^[ \t]*(["']?)kind\1\s*:(?!\s*["']?[a-z])/m;
const API_VERSION = /^[ \t]*(["']?)apiVersion\1\s*:/m;
/** Also what is no YAML: a name in braces before other text, and a variable as a line. */
const PLACEHOLDER = /\{\{|\{%|^[ \t]*#@|<%|:\s\{[A-Za-z_]\w*\}[^\s,}\]]|^[ \t]*\$\{[A-Za-z_]\w*\}[ \t]*$/m;

/** Whether a text that cannot be read is a manifest nevertheless, so that kubectl would fail too. */
export function isLikeManifest(text: string): boolean {
  return KIND.test(text) && API_VERSION.test(text) && !isTemplateText(text);
}

/** Whether a text is YAML only after a program has filled it in: of Go, Jinja, ytt, ERB, or envsubst. */
export function isTemplateText(text: string): boolean {
  return PLACEHOLDER.test(text);
}

/** Whether a text is of ytt: comments that are its code. */
export function isOfYtt(text: string): boolean {
  return /^[ \t]*#@|[:-][ \t]+#@/m.test(text);
}

/**
 * Whether a value that is no object is meant as one: it has metadata, and a kind of an API server; without apiVersion
 * a known one.
 */
export function isLikeObject(value: unknown): boolean {
  return (
    isMap(value)
    && typeof value.kind === 'string'
    && isMap(value.metadata)
    && (typeof value.apiVersion === 'string' || KINDS.has(value.kind))
    && !isOfProgram(value)
    && !isOfFunction(value.metadata)
  );
}

const KINDS: ReadonlySet<string> = new Set(Object.values(Kind).map(each => each.split('.')[0] ?? ''));

/** Whether it is the input of a function of Kustomize or kpt, which needs no name. */
function isOfFunction({ annotations }: Record<string, unknown>): boolean {
  return (
    isMap(annotations) && ['config.kubernetes.io/function', 'config.k8s.io/function'].some(each => each in annotations)
  );
}

/** Whether it has the form of an object, but is the configuration of a program that runs elsewhere. */
export function isOfProgram(value: unknown): boolean {
  const apiVersion = isMap(value) && typeof value.apiVersion === 'string' ? value.apiVersion : '';
  return (
    GROUPS_OF_PROGRAMS.test(apiVersion.split('/')[0] ?? '')
    || (apiVersion === 'v1' && isMap(value) && value.kind === 'Config')
  );
}

interface Purpose {
  readonly name: string;
  readonly file?: RegExp;
  readonly value?: (value: Record<string, unknown>) => boolean;
}

const has = (...names: string[]) => {
  return (value: Record<string, unknown>) => names.every(each => Object.hasOwn(value, each));
};

/** What YAML and JSON in repositories is for, by name and content. */
const PURPOSES: readonly Purpose[] = [
  { name: 'Docker Compose', file: /^(docker-)?compose\b/ },
  { name: 'GitHub Actions', value: each => has('jobs')(each) && (has('on')(each) || has('true')(each)) },
  { name: 'GitHub Actions', file: /^action\.ya?ml$/, value: has('runs') },
  { name: 'CI', file: /^(\.?gitlab-ci|\.?travis|appveyor|azure-pipelines|bitbucket-pipelines|cloudbuild|buildspec)\b/ },
  { name: 'CI', file: /^(\.drone|\.woodpecker|\.pre-commit-config|\.?codecov|renovate|dependabot)\b/ },
  { name: 'values of Helm', file: /^values\b|[-.]values\b|^helmfile\b/ },
  { name: 'Skaffold', file: /^skaffold\b/ },
  { name: 'Helm', file: /^(Chart|requirements)\.(ya?ml|lock)$/ },
  { name: 'patches of Kustomize', file: /\bpatch(es)?\b/ },
  { name: 'OpenAPI', value: each => has('openapi')(each) || has('swagger')(each) },
  { name: 'JSON Schema', value: has('$schema') },
  { name: 'Node', file: /^(package(-lock)?|tsconfig.*)\.json$/ },
  { name: 'Docker Compose', value: each => isMap(each.services) && !has('spec')(each) },
];

/** Whether a file is of this package: the settings of the checks, or a contract for other topologies. */
export function isOwn(file: string, value: unknown): boolean {
  const map = isMap(value) ? value : {};
  return (
    !Object.hasOwn(map, 'kind')
    && (/^cardinal\.ya?ml$/.test(basename(file))
      || (typeof map.format === 'string' && map.format.startsWith('cdk8s-cardinal/contract/')))
  );
}

const WITH_SELECTOR: readonly unknown[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Whether a workload is only part of one: without a selector, and with a container without an image. */
export function isPatch(value: unknown): boolean {
  const spec = isMap(value) && WITH_SELECTOR.includes(value.kind) ? value.spec : undefined;
  const template = isMap(spec) && !Object.hasOwn(spec, 'selector') ? spec.template : undefined;
  const pod = isMap(template) ? template.spec : undefined;
  const containers: unknown = isMap(pod) ? pod.containers : undefined;
  return Array.isArray(containers) && containers.some(each => isMap(each) && !Object.hasOwn(each, 'image'));
}

/** What a file without objects is for, as a noun. */
export function purposeOf(file: string, value: unknown): string {
  const name = basename(file);
  const map = isMap(value) ? value : {};
  if (isOfProgram(map)) {
    return 'configuration of programs';
  }
  if (isPatch(map)) {
    return PATCHES;
  }
  return (
    PURPOSES.find(each => (each.file?.test(name) ?? true) && (each.value?.(map) ?? true))?.name
    ?? (name.endsWith('.json') ? 'other JSON' : 'other YAML')
  );
}
