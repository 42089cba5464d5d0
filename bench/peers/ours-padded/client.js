// earshot/rpc as it is without any option: frames padded to buckets.
import * as ours from "../ours/client.js";

const padding = "buckets";

export const dial = (settings) => ours.dial({ ...settings, padding });
export const dialMany = (settings, count) => ours.dialMany({ ...settings, padding }, count);
export const connectLoad = (settings, resume) => ours.connectLoad({ ...settings, padding }, resume);
