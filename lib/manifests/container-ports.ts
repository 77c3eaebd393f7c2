import type { Field } from './resource';
import type { Workload } from './workload';

/** The number of the container port behind a port of a Service; undefined if it names one that no container has. */
export function targetPortOf(port: Field, workload: Workload): number | undefined {
  const target = port.get('targetPort').exists ? port.get('targetPort') : port.get('port');
  return (
    target.number
    ?? declaredPorts(workload)
      .find(each => each.get('name').text === target.text)
      ?.get('containerPort').number
  );
}

/** The names of a container port. */
export function namesOfPort(number: number, workload: Workload): string[] {
  return declaredPorts(workload)
    .filter(each => each.get('containerPort').number === number)
    .map(each => each.get('name').text)
    .filter(each => each !== '');
}

/** The ports that the containers of a workload declare. */
export function declaredPorts(workload: Workload): Field[] {
  return workload.containers.flatMap(each => each.get('ports').items);
}
