using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Bench.Edge;

/// <summary>
/// What a cache on Kestrel could be at best: an endpoint that reads the request to its end and sends bytes that it has in memory. No
/// routing, no authentication, no look-up. A process of its own: the bench's program, started with <see cref="Verb"/>.
/// </summary>
internal sealed class MemoryServer : IDisposable
{
    /// <summary>The hidden word of the bench's command line that runs it.</summary>
    public const string Verb = "memory-server";

    private readonly Process process;

    private MemoryServer(Process process, Uri url)
    {
        this.process = process;
        Url = url;
    }

    public Uri Url { get; }

    public int Pid => process.Id;

    /// <summary>Serves each file of a folder under its name.</summary>
    public static async Task<MemoryServer> StartAsync(string folder, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [typeof(MemoryServer).Assembly.Location, Verb, folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        Process process = Process.Start(start)!;
        string? line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return new MemoryServer(process, new Uri(line ?? throw new InvalidOperationException("The memory server ended without a word.")));
    }

    public void Dispose()
    {
        // It ends with its standard input.
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>The other side: runs until its standard input ends.</summary>
    public static async Task RunAsync(string folder)
    {
        Dictionary<string, byte[]> bodies = Directory
            .GetFiles(folder)
            .ToDictionary(file => "/" + Path.GetFileName(file), File.ReadAllBytes);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        await using WebApplication app = builder.Build();
        app.Run(context => AnswerAsync(context, bodies));
        await app.StartAsync();
        IServer server = app.Services.GetRequiredService<IServer>();
        Console.WriteLine(server.Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static async Task AnswerAsync(HttpContext context, Dictionary<string, byte[]> bodies)
    {
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(context.RequestAborted);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }
        byte[] body = bodies[context.Request.Path.Value!];
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        // For the caches that stand before this one.
        context.Response.Headers.CacheControl = "max-age=86400";
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
