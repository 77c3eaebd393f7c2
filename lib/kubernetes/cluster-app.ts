import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ApiObject, App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { checkObjects, CHECKS, describeFinding, type Finding, Severity } from '../checks';
import { type Acceptance, type Accepted, acceptFindings, isAcceptable, requireAcceptable } from '../checks/graph';
import { requireArguments, withUserFrames } from '../topology';
import { writesAsDeclared } from './as-written';
import { contractsOf, removeContracts } from './contracts';
import { TopologyChart } from './chart';
import { Documents } from './documents';
import { fileOf, ownFiles, rankOf } from './phases';
import { DeclaredObject, objectsBelow } from './declared-object';
import { constructsBelow } from './reached';
import { type Keep, keepInMemory, Spool } from './spool';
import { YamlPrinter } from './yaml';

/** Properties of a {@link ClusterApp}. */
export interface ClusterAppProps {
  /**
   * The output directory.
   * @default - that of the cdk8s command line, else dist
   */
  readonly outdir?: string;
  /**
   * Whether to run the checks of `cardinal check` on the rendered objects: errors fail synthesis, all reported at once,
   * and no file is written. Synthesis then takes about 1.5 times as long; `cardinal synth` always checks the files.
   * @default false
   */
  readonly checked?: boolean;
  /**
   * Checks, and codes of findings of synthesis in all topologies, whose findings are accepted, with the reason, e.g.
   * `{ UnknownSecret: 'cert-manager makes it' }`. Errors of synthesis cannot be.
   * @default - none
   */
  readonly accepted?: { readonly [check: string]: string };
}

/**
 * A cdk8s app that writes one file per phase (`1-namespaces.yaml` to `6-routes.yaml`), so that `kubectl apply -f dist/`
 * applies objects in order. Kinds that not every cluster has are written to separate folders: `istio/` (for istioctl)
 * and `aws/`. The contract of each topology that allows callers outside is in `contracts/`. Duplicate objects and CDK
 * tokens are errors. Warnings are printed to standard error.
 */
export class ClusterApp extends App {
  private readonly isChecked: boolean;
  private readonly accepted: Readonly<Record<string, string>>;

  constructor(props: ClusterAppProps = {}) {
    requireArguments('new.ClusterApp', [props]);
    super(props);
    this.isChecked = props.checked ?? false;
    this.accepted = props.accepted ?? {};
    if (Object.keys(this.accepted).length > 0) {
      requireAcceptable(
        this.accepted,
        this.node.path || '/',
        CHECKS.flatMap(({ id, covers }) => [id, ...covers]),
      );
    }
    writesAsDeclared(this);
  }

  /** What the checks found in all topologies, without what is accepted. */
  get findings(): readonly Finding[] {
    return this.acceptance.findings;
  }

  /** What the checks found in all topologies and is accepted, there or here, with the reasons. */
  get acceptedFindings(): Acceptance['accepted'] {
    return [...this.topologyCharts.flatMap(chart => chart.acceptedFindings), ...this.acceptance.accepted];
  }

  private get acceptance(): Acceptance {
    const findings = this.topologyCharts.flatMap(chart => chart.findings);
    return acceptFindings(findings, acceptedOf(this.accepted, isAcceptable), this.node.path || '/');
  }

  private get topologyCharts(): TopologyChart[] {
    return constructsBelow(this).filter(each => TopologyChart.isTopologyChart(each));
  }

  /**
   * Writes the files, and replaces those of an earlier run. Throws, before it writes, for validation errors, duplicate
   * objects, and CDK tokens.
   */
  override synth(): void {
    // Files of an earlier run are outdated, also if this run fails or writes fewer files.
    ownFiles().forEach(file => rmSync(join(this.outdir, `${file}.yaml`), { force: true }));
    removeContracts(this.outdir);
    this.validate();
    for (const finding of this.findings.filter(each => each.severity === Severity.WARNING)) {
      process.stderr.write(`${describeFinding(finding)}\n`);
    }
    const spool = new Spool(this.outdir);
    try {
      const files = this.documents(spool.keep);
      const contracts = contractsOf(this.topologyCharts.map(each => each.topology));
      files.forEach((documents, file) => {
        write(join(this.outdir, `${file}.yaml`), documents.chunks());
      });
      contracts.forEach(([file, text]) => {
        write(join(this.outdir, file), [text]);
      });
    } finally {
      spool.close();
    }
  }

  /**
   * The objects of all files as one text, in the order of the files, without writing any. Throws as `synth` does.
   */
  override synthYaml(): string {
    this.validate();
    return [...this.documents(keepInMemory)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, documents]) => documents.text())
      .join('---\n');
  }

  /**
   * The documents of each file. An object is rendered and printed before the next one, so that memory holds its text
   * only.
   */
  private documents(keep: Keep): Map<string, Documents> {
    const printer = new YamlPrinter();
    const identities = new Identities();
    const checked: Written[] = [];
    const files = new Map<string, Documents>();
    for (const object of objectsBelow(this)) {
      const { kind, apiGroup } = object;
      const { written, text } = printed(printer, object, this.isChecked);
      identities.add(object, written);
      if (this.isChecked) {
        checked.push(written);
      }
      const file = fileOf({ kind, apiGroup, node: scopeOf(object).node });
      const documents = files.get(file) ?? new Documents(keep);
      files.set(file, documents);
      documents.add(rankOf(kind), text);
    }
    identities.requireDistinct();
    if (this.isChecked) {
      this.assertNoErrors(checked);
    }
    return files;
  }

  private validate(): void {
    const problems = constructsBelow(this).flatMap(construct =>
      construct.node
        .validate()
        .map(problem => (TopologyChart.isTopologyChart(construct) ? problem : `[${construct.node.path}] ${problem}`)),
    );
    if (problems.length > 0) {
      throw withUserFrames(new Error(`Validation of the topology failed:\n  ${problems.join('\n  ')}`));
    }
  }

  private assertNoErrors(objects: readonly Written[]): void {
    const { findings } = checkObjects(objects, { suppress: acceptedOf(this.accepted, code => !isAcceptable(code)) });
    findings
      .filter(each => each.severity === Severity.WARNING)
      .forEach(each => process.stderr.write(`${describeFinding(each)}\n`));
    const errors = findings.filter(each => each.severity === Severity.ERROR);
    if (errors.length > 0) {
      const found = errors.map(describeFinding).join('\n  ');
      throw withUserFrames(new Error(`The checks found errors in the manifests:\n  ${found}`));
    }
  }
}

/** What is accepted of some codes. */
function acceptedOf(accepted: Accepted, isOne: (code: string) => boolean): Accepted {
  return Object.fromEntries(Object.entries(accepted).filter(([code]) => isOne(code)));
}

/** A rendered object, after its patches. */
type Written = Parameters<typeof checkObjects>[0][number];

type WrittenObject = ApiObject | DeclaredObject;

function scopeOf(object: WrittenObject): IConstruct {
  return object instanceof DeclaredObject ? object.scope : object;
}

function pathOf(object: WrittenObject): string {
  return (object instanceof DeclaredObject ? object.object : object).node.path;
}

/** Objects by kind, namespace and name. */
class Identities {
  private readonly objects = new Map<string, WrittenObject>();
  private readonly duplicates: string[] = [];

  add(object: WrittenObject, { kind, metadata }: Written): void {
    const { apiGroup } = object;
    const identity = `${kind}${apiGroup === 'core' ? '' : `.${apiGroup}`} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
    const other = this.objects.get(identity);
    if (other) {
      this.duplicates.push(
        `${identity} is declared at ${pathOf(other)} and at ${pathOf(object)}: the second would overwrite the first. `
          + 'Rename one of them.',
      );
    }
    this.objects.set(identity, object);
  }

  requireDistinct(): void {
    if (this.duplicates.length > 0) {
      throw withUserFrames(new Error(`Objects are declared more than once:\n  ${this.duplicates.join('\n  ')}`));
    }
  }
}

/** The text of an object, and what it has as JSON, unless its text is that of its declared fields. */
function printed(printer: YamlPrinter, object: WrittenObject, isJson: boolean): { written: Written; text: string } {
  const path = () => pathOf(object);
  const fields = object instanceof DeclaredObject && !isJson ? object.fields() : undefined;
  const text = fields && printer.printDeclared(fields, path);
  if (text !== undefined) {
    return { written: fields as unknown as Written, text: withoutTokens(object, text) };
  }
  const written = object.toJson() as Written;
  return { written, text: withoutTokens(object, printer.print(written, path)) };
}

function withoutTokens(object: WrittenObject, text: string): string {
  if (text.includes('${Token[')) {
    throw withUserFrames(
      new Error(
        `[${pathOf(object)}] A Kubernetes object contains a token of the AWS CDK, which only `
          + 'CloudFormation can resolve. Use a fixed name (the target group of an edge has one), or an ARN as a string.',
      ),
    );
  }
  return text;
}

function write(path: string, chunks: Iterable<string | Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  try {
    for (const each of chunks) {
      writeFileSync(file, each);
    }
  } finally {
    closeSync(file);
  }
}
