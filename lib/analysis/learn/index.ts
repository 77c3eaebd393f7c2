export { compared, type Comparison, learnedText, Learning, UnknownObservations } from './learn';
