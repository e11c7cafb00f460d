using Dormouse.Contracts;
using Dormouse.Control.Attached;
using Dormouse.Control.Databases;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;

namespace Dormouse.Control.Backups;

/// <summary>
/// Dumps over HTTP, as streams of any length. Unlike other changes they end with their caller, who is one end of the stream; then an export
/// is cut off and an import undone. An export that fails on its way ends the connection, so that nobody takes it for whole.
/// </summary>
internal sealed class DumpEndpoints(ManagementRequests requests, DatabaseRegistry databases, IDumps dumps, ICacheAdmin cache)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/management/databases/{database}/export", requests.Guard(ExportAsync));
        routes.MapPost("/management/databases/{database}/import", requests.Handle(ImportAsync));
    }

    private async Task ExportAsync(HttpContext context)
    {
        DumpFormat format = context.Request.Query["format"].ToString() switch
        {
            "" or "custom" => DumpFormat.Custom,
            "plain" => DumpFormat.Plain,
            var other => throw new DormouseException(
                FailureKind.Caller,
                "DM3526",
                $"'{Names.Printable(other)}' is no form of a dump. There are 'custom' (for pg_restore) and 'plain' (SQL)."
            ),
        };
        Database database = await WithInstanceAsync(context);
        // The database and the other end of the stream set the pace.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
        context.Response.ContentType = "application/octet-stream";
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        await dumps.ExportAsync(database.Id, format, context.Response.Body, context.RequestAborted);
    }

    private async Task<Answer> ImportAsync(HttpContext context)
    {
        Database database = await WithInstanceAsync(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
        bool mayHoldObjects = context.Request.Query["into"] == "existing";
        await dumps.ImportAsync(database.Id, context.Request.Body, mayHoldObjects, context.RequestAborted);
        // It may have changed what was answered before.
        await cache.ForgetAsync(database.Id, CancellationToken.None);
        return Answer.NoContent;
    }

    private async Task<Database> WithInstanceAsync(HttpContext context)
    {
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        return database.Attached is null ? database : throw AttachFailures.NoInstance(database);
    }
}
