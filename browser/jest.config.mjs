import { fileURLToPath } from 'node:url';
import base from '../jest.config.js';

/** @type {import('jest').Config} */
export default {
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  testMatch: ['<rootDir>/*.test.ts'],
  testTimeout: 120_000,
  transform: base.transform,
};
