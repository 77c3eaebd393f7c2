export * from './installation';
export * from './istio-operator';
