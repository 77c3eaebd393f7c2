import { platform } from '../../../examples/company/platform';
import { testRepository } from './repository';

testRepository(platform);
