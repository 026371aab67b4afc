DROP INDEX "trading"."signal_outcome_due_at_index";--> statement-breakpoint
ALTER TABLE "trading"."signal_outcome" DROP CONSTRAINT "signal_outcome_pkey";--> statement-breakpoint
ALTER TABLE "trading"."signal_outcome" ADD CONSTRAINT "signal_outcome_signal_id_method_version_pk" PRIMARY KEY("signal_id","method_version");--> statement-breakpoint
CREATE INDEX "signal_outcome_method_version_due_at_index" ON "trading"."signal_outcome" USING btree ("method_version","due_at");