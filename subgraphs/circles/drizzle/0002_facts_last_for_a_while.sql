ALTER TABLE "circles"."member" RENAME COLUMN "since" TO "from";--> statement-breakpoint
DROP INDEX "circles"."member_circle_id_state_since_user_id_index";--> statement-breakpoint
DROP INDEX "circles"."member_user_id_state_since_circle_id_index";--> statement-breakpoint
ALTER TABLE "circles"."member" DROP CONSTRAINT "member_circle_id_user_id_pk";--> statement-breakpoint
ALTER TABLE "circles"."member" ADD CONSTRAINT "member_circle_id_user_id_revision_pk" PRIMARY KEY("circle_id","user_id","revision");--> statement-breakpoint
ALTER TABLE "circles"."member" ADD COLUMN "until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "circles"."member" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "circles"."member" ADD COLUMN "source" text;--> statement-breakpoint
UPDATE "circles"."member" AS m SET
	"reason" = CASE WHEN m."state" <> 'MEMBER' THEN m."state" WHEN m."user_id" = c."host_id" THEN 'OPENED' WHEN c."admission_policy" = 'OPEN' THEN 'JOINED' ELSE 'APPROVED' END,
	"source" = CASE WHEN m."state" = 'MEMBER' AND (m."user_id" = c."host_id" OR c."admission_policy" <> 'OPEN') THEN 'HOST' ELSE 'USER' END
FROM "circles"."circle" AS c WHERE c."id" = m."circle_id";--> statement-breakpoint
ALTER TABLE "circles"."member" ALTER COLUMN "reason" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "circles"."member" ALTER COLUMN "source" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "member_then_of_circle" ON "circles"."member" USING btree ("circle_id","state","from","user_id");--> statement-breakpoint
CREATE INDEX "member_then_of_user" ON "circles"."member" USING btree ("user_id","state","from","circle_id");--> statement-breakpoint
CREATE UNIQUE INDEX "member_now" ON "circles"."member" USING btree ("circle_id","user_id") WHERE until is null;--> statement-breakpoint
CREATE INDEX "member_now_of_circle" ON "circles"."member" USING btree ("circle_id","state","from","user_id") WHERE until is null;--> statement-breakpoint
CREATE INDEX "member_now_of_user" ON "circles"."member" USING btree ("user_id","state","from","circle_id") WHERE until is null;