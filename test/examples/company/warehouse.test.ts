import { warehouse } from '../../../examples/company/warehouse';
import { testRepository } from './repository';

testRepository(warehouse);
