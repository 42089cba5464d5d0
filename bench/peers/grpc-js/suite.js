// Before grpc-js is loaded: it reads the suites from the environment.
import { suite } from "../../tls-settings.js";

process.env.GRPC_SSL_CIPHER_SUITES = suite;
