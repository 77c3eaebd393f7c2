import { type KubernetesObject, printable, printableLine } from '../../manifests';
import type { Action } from './actions';
import type { Plan, Step } from './plan';

/** A plan as text. */
export function planText({ steps, losses }: Plan): string {
  const lines = [
    ...steps.flatMap(({ title, apply, remove, wait }, index) => [
      `${index + 1}. ${title}`,
      ...[...apply, ...remove].map(
        ({ does, resource, note }) =>
          `   ${does.padEnd(6)}  ${resource.kind} ${resource.key}${note ? `, ${note}` : ''}`,
      ),
      ...(index + 1 < steps.length ? [`   wait until ${wait}`] : []),
    ]),
    ...losses.map(({ step, request }) => `Lost after step ${step}: ${request}`),
    steps.length === 0
      ? 'No changes'
      : losses.length > 0
        ? 'Requests that both allow are lost in between. Divide the change: first what these requests need, then the rest.'
        : 'No request that both allow is lost in between.',
  ];
  return lines.map(each => `${printableLine(each)}\n`).join('');
}

/** A plan as JSON, without the objects themselves. */
export function planJson({ steps, losses }: Plan): string {
  const of = ({ resource: { kind, key, object } }: Action) => ({
    object: `${kind} ${key}`,
    apiVersion: object.apiVersion,
  });
  const value = {
    steps: steps.map(({ stage, title, apply, remove, wait }) => ({
      stage,
      title,
      apply: apply.map(each => ({ ...of(each), note: each.note ?? null })),
      delete: remove.map(of),
      wait,
    })),
    losses,
  };
  return `${JSON.stringify(value, (_key, each: unknown) => (typeof each === 'string' ? printable(each) : each), 2)}\n`;
}

/** Files of a folder: objects by the path of their file. */
export type Files = ReadonlyMap<string, readonly KubernetesObject[]>;

/** A folder for each step, with the objects to apply and those to delete. */
export function stepFolders(steps: readonly Step[]): Files {
  return new Map(
    steps.flatMap(({ stage, apply, remove }, index): [string, readonly KubernetesObject[]][] =>
      [
        ...(apply.length === 0 ? [] : [[`${index + 1}-${stage}/apply.yaml`, apply.map(objectOf)] as const]),
        ...(remove.length === 0 ? [] : [[`${index + 1}-${stage}/delete.yaml`, remove.map(identityOf)] as const]),
      ].map(([name, objects]) => [name, objects]),
    ),
  );
}

function objectOf({ resource }: Action): KubernetesObject {
  const { object, namespace } = resource;
  return namespace === '' ? object : { ...object, metadata: { ...object.metadata, namespace } };
}

function identityOf({ resource }: Action): KubernetesObject {
  const { apiVersion, kind } = resource.object;
  const { name, namespace } = resource;
  return { apiVersion, kind, metadata: namespace === '' ? { name } : { name, namespace } };
}
