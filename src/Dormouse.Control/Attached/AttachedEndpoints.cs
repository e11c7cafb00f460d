using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Databases;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Control.Attached;

/// <summary>Attached databases over HTTP.</summary>
internal sealed class AttachedEndpoints(
    ManagementRequests requests,
    DatabaseRegistry databases,
    Attachment attachment,
    ICacheAdmin cache,
    ControlOptions options,
    IHostApplicationLifetime lifetime
)
{
    // A provider's bundle of authorities has hundreds of certificates.
    private const int BodyBytesMax = 2 * 1024 * 1024;

    private CancellationToken Stopping => lifetime.ApplicationStopping;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/management/databases/attached", requests.Handle(AttachAsync));
        routes.MapPut("/management/databases/{database}/server", requests.Handle(ReplaceAsync));
        routes.MapDelete("/management/databases/{database}/server", requests.Handle(DetachAsync));
    }

    private static Task<AttachRequest> ReadAsync(HttpContext context) =>
        ManagementRequests.ReadAsync(context, ManagementJson.Default.AttachRequest, BodyBytesMax);

    private async Task<Answer> AttachAsync(HttpContext context)
    {
        (CreatedDatabase created, IReadOnlyList<string> notes) = await attachment.AttachAsync(await ReadAsync(context), Stopping);
        return Answer.Created(DatabaseEndpoints.Resource(created, options) with { Notes = notes }, ManagementJson.Default.DatabaseResource);
    }

    private async Task<Answer> ReplaceAsync(HttpContext context)
    {
        AttachRequest request = await ReadAsync(context);
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        IReadOnlyList<string> notes = await attachment.ReplaceAsync(database, request, Stopping);
        // The new server may hold other data.
        await cache.ForgetAsync(database.Id, Stopping);
        Database replaced = await databases.GetAsync(database.Id.ToString(), Stopping);
        return Answer.Ok(DatabaseEndpoints.Resource(replaced) with { Notes = notes }, ManagementJson.Default.DatabaseResource);
    }

    private async Task<Answer> DetachAsync(HttpContext context)
    {
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        Attachment.RefuseUnlessAttached(database);
        await databases.DeleteAsync(database.Id, Stopping);
        await cache.ForgetAsync(database.Id, Stopping);
        return Answer.NoContent;
    }
}
