import { type Lifespans, packed, type Platform, type Release } from './packed-schemas';

/** The versions of the APIs of a cluster. */
export interface ApiVersions {
  /**
   * The version of Kubernetes, such as `1.33` or `v1.33.4`. What its API server does not have is an error of
   * SchemaViolation.
   * @default - the newest that the schemas of the package serve
   */
  readonly kubernetesVersion?: string;
  /**
   * The version of Istio, such as `1.28` or `1.28.3`. What its CustomResourceDefinitions do not have is an error of
   * SchemaViolation, unless they are among the manifests.
   * @default - the newest that the schemas of the package serve
   */
  readonly istioVersion?: string;
}

/** The properties of {@link ApiVersions}, with what they are versions of. */
export const API_VERSIONS = [
  ['kubernetesVersion', 'Kubernetes'],
  ['istioVersion', 'Istio'],
] as const satisfies readonly (readonly [keyof ApiVersions, Platform])[];

/** Why a member is not there. */
export interface Absence {
  /** Since or before which release, such as `before Istio 1.28, and the cluster has 1.26`. */
  readonly when: string;
  /** The release that added it, if that is newer than the cluster. */
  readonly newer?: Release;
}

/** The minor versions that the schemas of the package serve, the oldest first. */
export function servedVersions(platform: Platform): readonly string[] {
  return packed().versions[platform];
}

/** Why a version cannot be chosen, with those that can; nothing if it can. */
export function problemOfVersion(platform: Platform, version: string): string | undefined {
  const served = servedVersions(platform);
  return served.includes(minorOf(version))
    ? undefined
    : `There are no schemas of ${platform} "${version}". Use one of ${served.join(', ')}, or none for the newest.`;
}

/** What releases of Kubernetes and Istio added and removed, for a cluster with versions of these. */
export class Releases {
  /** The same for the same versions. */
  readonly name: string;
  private readonly stated: ReadonlyMap<string, string>;

  /** Throws a RangeError for versions without schemas. */
  constructor(versions: ApiVersions) {
    const stated = API_VERSIONS.flatMap(([name, platform]) => {
      const version = versions[name];
      return version === undefined ? [] : [[platform, version] as const];
    });
    for (const [platform, version] of stated) {
      const problem = problemOfVersion(platform, version);
      if (problem !== undefined) {
        throw new RangeError(problem);
      }
    }
    this.stated = new Map(stated.map(([platform, version]) => [platform, minorOf(version)]));
    this.name = [...this.stated].join(' ');
  }

  /** Why the cluster does not have a member; nothing if it does. */
  absenceOf(member: string, { since, until }: Lifespans): Absence | undefined {
    const added = own(since, member);
    const removed = own(until, member);
    if (added !== undefined && !this.has(added)) {
      return { when: `before ${added}${this.ofCluster(added)}`, newer: added };
    }
    return removed !== undefined && this.has(removed)
      ? { when: `since ${removed}${this.ofCluster(removed)}` }
      : undefined;
  }

  /** Whether the cluster has a release, or a newer one. */
  private has(release: Release): boolean {
    const [platform, version] = partsOf(release);
    const stated = this.stated.get(platform);
    return stated === undefined || ordinal(stated) >= ordinal(version);
  }

  private ofCluster(release: Release): string {
    const stated = this.stated.get(partsOf(release)[0]);
    return stated === undefined ? '' : `, and the cluster has ${stated}`;
  }
}

function own(releases: Lifespans['since'], member: string): Release | undefined {
  return releases && Object.hasOwn(releases, member) ? releases[member] : undefined;
}

function partsOf(release: Release): readonly [platform: string, version: string] {
  const [platform = '', version = ''] = release.split(' ');
  return [platform, version];
}

/** `1.33` of `v1.33.4`; the text itself if it is no version. */
function minorOf(version: string): string {
  return /^v?(\d+\.\d+)(?=$|[.+-])/.exec(version)?.[1] ?? version;
}

function ordinal(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}
