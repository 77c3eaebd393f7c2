import { explained, pageOf, pictureOf, problemPage } from '../../lib/analysis';
import type { Cluster } from '../../lib/manifests';
import { versionOf } from './file-version';
import { propsOf, titleOf } from './graph';
import { readInput, withProblems } from './input';
import { InputError } from './input-error';
import { isRevision } from './revision';
import { resultOf } from './route';
import type { ServeValues } from './serve-options';

/** The page of manifests, made again when a file has changed. */
export class ServedPage {
  /** What was left out at first, in sentences. */
  readonly notes: readonly string[];
  private readonly files: readonly string[];
  private state: State;

  /** Reads the manifests. Throws for what cannot be read. */
  constructor(
    private readonly paths: readonly string[],
    private readonly values: ServeValues,
  ) {
    if (paths.some(each => each === '-' || isRevision(each))) {
      throw new InputError(
        '`serve` reads files again when they change: give files or folders, not the standard input or a revision of git.',
      );
    }
    const input = readInput(paths, values);
    this.notes = input.notes;
    this.files = [...input.paths, values.config ?? 'cardinal.yaml'];
    this.state = this.stateOf(this.version(), input.cluster);
  }

  /** A text that is another one when a file is new, removed or changed. */
  version(): string {
    return versionOf(this.files);
  }

  html(): string {
    return this.current().html;
  }

  /** The explanation of a request, from the parameters of a URL. Throws for one that cannot be explained. */
  route(query: URLSearchParams): object {
    const { cluster } = this.current();
    if (!cluster) {
      throw new InputError('The manifests cannot be read.');
    }
    const given = (name: string): string[] => query.getAll(name).filter(each => each !== '');
    const result = resultOf(cluster, {
      ...this.values,
      from: query.get('from') ?? '',
      to: query.get('to') ?? '',
      method: query.get('method') ?? 'GET',
      header: given('header'),
      claim: given('claim'),
      tcp: false,
      badToken: false,
      clientCertificate: false,
      format: 'json',
    });
    return explained(result, cluster);
  }

  private current(): State {
    const version = this.version();
    if (version !== this.state.version) {
      this.state = this.reread(version);
    }
    return this.state;
  }

  private reread(version: string): State {
    const read = withProblems(() => this.stateOf(version, readInput(this.paths, this.values).cluster));
    return 'problems' in read ? { version, html: problemPage(this.title, read.problems) } : read.result;
  }

  private stateOf(version: string, cluster: Cluster): State {
    const picture = pictureOf(cluster, this.values.findings);
    const html = pageOf(picture, { ...propsOf(picture, cluster, this.title), version });
    return { version, html, cluster };
  }

  private get title(): string {
    return titleOf(this.paths);
  }
}

interface State {
  readonly version: string;
  readonly html: string;
  /** Undefined if the manifests cannot be read. */
  readonly cluster?: Cluster;
}
