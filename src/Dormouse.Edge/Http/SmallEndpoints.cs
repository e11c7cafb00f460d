using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Limits;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Edge.Http;

/// <summary>The endpoints that need no database: none of them wakes an instance.</summary>
internal sealed class SmallEndpoints(Authenticator authenticator, RequestBody bodies, Answers answers)
{
    // Each database is a PostgreSQL of ours, so the answer is the same for all of them.
    private static readonly byte[] ConnectionInfo =
        """{"provider":"postgres","connectionInfo":{"supportsRelationJoins":true}}"""u8.ToArray();
    private static readonly byte[] Healthy = """{"status":"ok"}"""u8.ToArray();
    private static readonly byte[] Empty = "{}"u8.ToArray();

    public Task HealthAsync(HttpContext context) => answers.SendAsync(context, Healthy);

    /// <summary>Asked once per client, before its first query.</summary>
    public async Task ConnectionInfoAsync(HttpContext context)
    {
        try
        {
            await authenticator.AuthenticateAsync(context, context.RequestAborted);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, null);
            return;
        }
        await answers.SendAsync(context, ConnectionInfo);
    }

    /// <summary>
    /// Forgets cached answers. Nothing is cached yet, so nothing can be stale, and there is nothing to do but to check the key.
    /// </summary>
    public async Task InvalidateAsync(HttpContext context)
    {
        try
        {
            await authenticator.AuthenticateAsync(context, context.RequestAborted);
            using PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, null);
            return;
        }
        await answers.SendAsync(context, Empty);
    }

    /// <summary>
    /// The requests of clients 5 and 6. This form of body is the one that they show with its code and never repeat.
    /// </summary>
    public Task OlderClientAsync(HttpContext context)
    {
        string version = context.GetRouteValue("version") as string ?? "";
        // Shown back to whoever sent it, so only what a version can look like.
        bool plausible =
            version.Length is > 0 and <= 32 && version.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-');
        string client = plausible ? "Prisma Client " + version : "This client";
        string message =
            $"{EdgeFailures.OlderProtocolCode}: {client} speaks the protocol of versions 5 and 6, which Dormouse does not support yet. Use Prisma Client 7 with accelerateUrl.";
        return answers.SendAsync(context, StatusCodes.Status400BadRequest, OlderClientBody(message));
    }

    private static byte[] OlderClientBody(string message)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("is_panic"u8, false);
            writer.WriteString("message"u8, message);
            // Prisma's code for a client whose version the server does not serve.
            writer.WriteString("error_code"u8, "P6006"u8);
            writer.WriteEndObject();
        }
        return output.ToArray();
    }
}
