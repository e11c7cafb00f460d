using System.Net;
using Dormouse.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Door;

/// <summary>
/// What happens first to a request at the door for edges. Who shows no token gets nothing. What an edge says of the client whose request
/// it passes on (its address, and how it reached the edge) is believed; the client's key is checked here all the same, as that of any
/// other, so that a token alone opens no database.
/// </summary>
internal sealed partial class EdgeGate(IEdgeDirectory edges, ILogger<EdgeGate> logger)
{
    // An edge has told what it knows of them already.
    private static readonly string[] NotForEdges =
    [
        EdgeWire.TokenHeader,
        EdgeWire.ClientHeader,
        EdgeWire.OriginHeader,
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
    ];

    public Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<EdgeDoor.DoorMark>() is null)
        {
            return next(context);
        }
        IHeaderDictionary headers = context.Request.Headers;
        if (headers[EdgeWire.TokenHeader] is not [{ } token] || edges.Find(token) is not { } edge)
        {
            Log.Refused(logger, context.Connection.RemoteIpAddress);
            return Refuse(context, StatusCodes.Status401Unauthorized);
        }
        // Who manages the platform does so on its own machine.
        if (context.Request.Path.StartsWithSegments("/management") || context.Request.Path.StartsWithSegments("/metrics"))
        {
            return Refuse(context, StatusCodes.Status404NotFound);
        }
        if (IPAddress.TryParse(headers[EdgeWire.ClientHeader], out IPAddress? client))
        {
            context.Connection.RemoteIpAddress = client;
        }
        context.Features.Set(edge);
        context.Features.Set(new EdgeCall(OriginOf(headers[EdgeWire.OriginHeader])));
        foreach (string header in NotForEdges)
        {
            headers.Remove(header);
        }
        return next(context);
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers[EdgeWire.RefusedHeader] = "token";
        return Task.CompletedTask;
    }

    private static string? OriginOf(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? origin) && origin.Scheme is "http" or "https"
            ? origin.GetLeftPart(UriPartial.Authority)
            : null;

    private static partial class Log
    {
        [LoggerMessage(4070, LogLevel.Warning, "Somebody at {Address} asked at the door for edges without a token of one.")]
        public static partial void Refused(ILogger logger, IPAddress? address);
    }
}

/// <summary>What an edge says of the request that it passes on.</summary>
/// <param name="PublicOrigin">Scheme and host by which its client reached the edge.</param>
internal sealed record EdgeCall(string? PublicOrigin);
