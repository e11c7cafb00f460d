using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dormouse.Bench.Query.Handwritten;

/// <summary>
/// What a good programmer would write by hand for the requests of <c>bench query</c>, and nothing more: Kestrel, Npgsql, one round trip
/// per request, the JSON that the client expects. It takes the same POST as the others. It neither authenticates, nor validates, nor
/// limits, so it is a bound that a general engine cannot reach.
/// </summary>
internal static class HandwrittenServer
{
    /// <summary>The word that makes the bench's own executable such a server: <c>serve-handwritten CONNECTION_STRING</c>.</summary>
    public const string Word = "serve-handwritten";

    /// <summary>Serves until standard input ends; prints <c>{"port":N}</c>.</summary>
    public static async Task RunAsync(string connectionString)
    {
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(connectionString);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication app = builder.Build();
        HandwrittenQueries queries = new(database);
        app.MapPost("/{version}/{hash}/graphql", (RequestDelegate)(context => AnswerAsync(context, queries)));
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"port\":{new Uri(address).Port}}}"));
        await Console.In.ReadToEndAsync();
    }

    private static async Task AnswerAsync(HttpContext context, HandwrittenQueries queries)
    {
        byte[] body = new byte[(int)(context.Request.ContentLength ?? 0)];
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        System.Buffers.ArrayBufferWriter<byte> answer = new(1024);
        try
        {
            await using Utf8JsonWriter writer = new(answer, new JsonWriterOptions { SkipValidation = true, Encoder = Relaxed });
            await queries.AnswerAsync(body, writer, context.RequestAborted);
        }
        catch (PostgresException refused)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync(refused.ToString(), context.RequestAborted);
            return;
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.WrittenCount;
        await context.Response.Body.WriteAsync(answer.WrittenMemory, context.RequestAborted);
    }

    private static readonly System.Text.Encodings.Web.JavaScriptEncoder Relaxed = System
        .Text
        .Encodings
        .Web
        .JavaScriptEncoder
        .UnsafeRelaxedJsonEscaping;
}
