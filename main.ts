import "./lib/cli/without-archiver";
import { synthesizeForCdktf } from "./lib/cli/cdktf";

/** The CDKTF app: `cdktf deploy LAB`, `cdktf diff LAB` and `cdktf destroy LAB` begin here. */
void synthesizeForCdktf();
