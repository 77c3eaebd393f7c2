export * from './finding';
export * from './graph/calls-into-the-mesh';
export * from './graph/never-ejects';
export * from './graph/truncated-tries';
export * from './manifests';
export * from './report';
export { checkTemplate, type CloudResource, type CloudTemplate } from './templates';
