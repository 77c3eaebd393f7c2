import { Manifests, Traffic, type TrafficProps } from '../../lib/testing';

/** Objects as manifests that were read from a file. */
export function manifestsOf(objects: readonly object[]): Manifests {
  // JSON allows the character DEL in texts, YAML does not.
  return Manifests.ofYaml(objects.map(each => JSON.stringify(each).replaceAll('\u007f', '\\u007f')).join('\n---\n'));
}

/** The traffic of objects. */
export function trafficOf(objects: readonly object[], props: TrafficProps = {}): Traffic {
  return Traffic.of(manifestsOf(objects), props);
}
