export { registerAgent, type Registered, type Registration } from './register.ts'
export { notRegistered } from './see.ts'
export { sightings, type Sighting } from './sightings.ts'
