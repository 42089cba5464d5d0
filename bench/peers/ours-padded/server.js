// earshot/rpc as it is without any option: frames padded to buckets.
import * as ours from "../ours/server.js";

export const serve = (settings) => ours.serve({ ...settings, padding: "buckets" });
