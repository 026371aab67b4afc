CREATE TABLE "incentives"."creator" (
	"id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "incentives"."session" (
	"id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
DROP INDEX "incentives"."touch_author_id_reader_hash_user_id_at_index";--> statement-breakpoint
ALTER TABLE "incentives"."touch" ALTER COLUMN "post_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "incentives"."touch" ALTER COLUMN "links_until" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "incentives"."touch" ADD COLUMN "creator_id" uuid;--> statement-breakpoint
ALTER TABLE "incentives"."touch" ADD COLUMN "session_id" uuid;--> statement-breakpoint
ALTER TABLE "incentives"."touch" ADD COLUMN "circle_id" uuid;--> statement-breakpoint
ALTER TABLE "incentives"."touch" ADD COLUMN "feed_item_id" uuid;--> statement-breakpoint
CREATE INDEX "circle_member_circle_id_index" ON "incentives"."circle_member" USING btree ("circle_id");--> statement-breakpoint
CREATE INDEX "touch_linking_readers_index" ON "incentives"."touch" USING btree ("author_id","reader_hash","user_id","at") WHERE links_until is not null;--> statement-breakpoint
ALTER TABLE "incentives"."touch" ADD CONSTRAINT "touch_of_one_thing" CHECK (num_nonnulls(post_id, creator_id, session_id, circle_id) = 1);--> statement-breakpoint
ALTER TABLE "incentives"."touch" ADD CONSTRAINT "touch_links_from_posts" CHECK ((links_until is not null) = (post_id is not null and kind <> 'GLANCE'));