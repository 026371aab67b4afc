CREATE TABLE "creators"."token_revocation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid,
	"token_id" text,
	"revoked_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "token_revocation_of_one" CHECK (num_nonnulls("creators"."token_revocation"."user_id", "creators"."token_revocation"."token_id") = 1)
);
--> statement-breakpoint
CREATE INDEX "token_revocation_revoked_at_id_index" ON "creators"."token_revocation" USING btree ("revoked_at","id");