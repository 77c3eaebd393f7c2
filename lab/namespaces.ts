import type { Api } from './api';
import type { Kubelet } from './kubelet';
import { until } from './wait';

/** The API server deletes the other objects of a namespace one by one. */
const REMOVAL_SECONDS = 300;

/** The ends of namespaces. The API server has a namespace for some time after its pods have ended. */
export class Namespaces {
  constructor(
    private readonly api: Api,
    private readonly kubelet: Kubelet,
  ) {}

  /** Deletes namespaces, and waits until none of their pods runs. */
  async stop(names: readonly string[]): Promise<void> {
    await this.delete(names);
    await until(
      `the pods of ${names.join(', ')} are gone`,
      () => names.every(name => this.kubelet.pods(name).length === 0),
      REMOVAL_SECONDS,
    );
  }

  /** Deletes namespaces, and waits until the API server has none of their objects. */
  async remove(names: readonly string[]): Promise<void> {
    await this.delete(names);
    await until(`${names.join(', ')} are gone`, async () =>
      (await this.all()).every(each => !names.includes(each.metadata.name)),
    );
  }

  /** Waits until those of these namespaces that have been deleted are gone, and can be applied again. */
  async areNotEnding(names: readonly string[]): Promise<void> {
    await until(`${names.join(', ')} can be applied`, async () =>
      (await this.all()).every(
        ({ metadata: { name, deletionTimestamp } }) => !names.includes(name) || deletionTimestamp === undefined,
      ),
    );
    names.forEach(name => this.kubelet.removed.delete(name));
  }

  private all() {
    return this.api.list('/api/v1/namespaces');
  }

  private async delete(names: readonly string[]): Promise<void> {
    names.forEach(name => this.kubelet.removed.add(name));
    await Promise.all(names.map(name => this.api.delete(`/api/v1/namespaces/${name}`)));
  }
}
