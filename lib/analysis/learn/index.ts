export { compared, learnedText, Learning, UnknownObservations } from './learn';
