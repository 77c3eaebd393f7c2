export * from './manifests';
export * from './traffic';
