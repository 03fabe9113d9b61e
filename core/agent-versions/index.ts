export { requireVersion } from './store.ts'
export { chooseVersion } from './traffic.ts'
