// Command go-publisher publishes one message of each kind of the gateway's default routes, as the MetaRGB
// services do it: one JSON object per PUBLISH.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// envelope is for the gateway only: it is read, removed, and not sent to clients.
type envelope struct {
	Traceparent string `json:"traceparent,omitempty"`
}

// Ids are numbers here, as the services send them. Beyond 2^53 the gateway refuses a number, since browsers would round
// it; such an id goes as text: `json:"user_id,string"`.
type userStatus struct {
	envelope
	UserID   uint64    `json:"user_id"`
	LastSeen time.Time `json:"last_seen"`
	Status   string    `json:"status"`
}

type featureStatus struct {
	envelope
	FeatureID  uint64    `json:"feature_id"`
	OldOwnerID uint64    `json:"old_owner_id,omitempty"` // none at a first sale
	NewOwnerID uint64    `json:"new_owner_id"`
	Timestamp  time.Time `json:"timestamp"`
}

type notification struct {
	envelope
	ID        string            `json:"id"`
	UserID    uint64            `json:"user_id"`
	Type      string            `json:"type"`
	Title     string            `json:"title"`
	Message   string            `json:"message"`
	Data      map[string]string `json:"data"`
	CreatedAt time.Time         `json:"created_at"`
}

var channels = []string{"user-status", "feature-status", "notifications"}

func main() {
	redisURL := flag.String("redis", "redis://localhost:6379", "URL of the Redis the gateway subscribes at")
	channel := flag.String("channel", "all", "user-status, feature-status, notifications or all")
	user := flag.Uint64("user", 1, "id of the user it is about")
	traceparent := flag.String("traceparent", "", "W3C trace context to hand on, such as 00-<32 hex>-<16 hex>-01")
	flag.Parse()

	if err := run(context.Background(), *redisURL, *channel, *user, envelope{*traceparent}); err != nil {
		fmt.Fprintln(os.Stderr, "go-publisher:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, redisURL, channel string, user uint64, env envelope) error {
	options, err := redis.ParseURL(redisURL)
	if err != nil {
		return err
	}
	// A notice for Redis Enterprise that other servers refuse at each connect.
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	client := redis.NewClient(options)
	defer client.Close()

	messages := sampleMessages(user, env)
	wanted := []string{channel}
	if channel == "all" {
		wanted = channels
	}
	for _, name := range wanted {
		message, ok := messages[name]
		if !ok {
			return fmt.Errorf("unknown channel %q; there are %v and all", name, channels)
		}
		if err := publish(ctx, client, name, message); err != nil {
			return fmt.Errorf("publish to %s: %w", name, err)
		}
	}
	return nil
}

func sampleMessages(user uint64, env envelope) map[string]any {
	now := time.Now().UTC()
	return map[string]any{
		"user-status":    userStatus{env, user, now, "online"},
		"feature-status": featureStatus{env, 1001, 0, user, now},
		"notifications": notification{
			envelope:  env,
			ID:        fmt.Sprintf("sample-%d", now.UnixMilli()),
			UserID:    user,
			Type:      "sellFeature",
			Title:     "Your feature was sold",
			Message:   "Feature 1001 has a new owner.",
			Data:      map[string]string{"related-to": "transactions", "feature_id": "1001"},
			CreatedAt: now,
		},
	}
}

// publish returns once Redis has the message. Redis answers with the number of subscribers: each gateway instance is
// one, and zero means that none received it.
func publish(ctx context.Context, client *redis.Client, channel string, message any) error {
	payload, err := json.Marshal(message)
	if err != nil {
		return err
	}
	subscribers, err := client.Publish(ctx, channel, payload).Result()
	if err != nil {
		return err
	}
	fmt.Printf("%s: published, subscribers: %d\n", channel, subscribers)
	return nil
}
