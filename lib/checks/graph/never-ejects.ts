import type { Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Circuit breakers whose declared percentage is less than one replica of a separately routed version: they never open
 * for it.
 */
export function neverEjects(topology: Topology): SynthesisFinding[] {
  return topology.services.flatMap(service => {
    const { circuitBreaker } = service;
    const versions = service.routesByVersion ? [...service.versions.values()] : [];
    return versions
      .filter(({ replicas }) => circuitBreaker?.canEjectOneOf(replicas) === false)
      .map(({ name, replicas }) => ({
        id: 'EjectsNone',
        severity: Severity.ERROR,
        path: `${service.path}/${name}`,
        message:
          `maxEjectionPercent is ${circuitBreaker?.limits.maxEjectionPercent ?? 0} %, which is less than one `
          + `of ${replicas?.most ?? 0} replicas of version ${name}, so none is ever ejected.`,
        fix: 'Raise maxEjectionPercent, or remove it.',
      }));
  });
}
