export { HOSTS, type Host } from './hosts.rules.ts'
