CREATE TABLE "trading"."creator" (
	"id" uuid PRIMARY KEY NOT NULL
);
