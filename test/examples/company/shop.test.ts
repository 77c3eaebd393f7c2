import { shop } from '../../../examples/company/shop';
import { testRepository } from './repository';

testRepository(shop);
