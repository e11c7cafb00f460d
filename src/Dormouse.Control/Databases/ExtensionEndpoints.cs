using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Attached;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Control.Databases;

/// <summary>The extensions of a database over HTTP.</summary>
internal sealed class ExtensionEndpoints(
    ManagementRequests requests,
    DatabaseRegistry databases,
    IExtensions extensions,
    IHostApplicationLifetime lifetime
)
{
    private CancellationToken Stopping => lifetime.ApplicationStopping;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/management/databases/{database}/extensions", requests.Handle(ListAsync));
        routes.MapPut("/management/databases/{database}/extensions/{extension}", requests.Handle(AddAsync));
        routes.MapDelete("/management/databases/{database}/extensions/{extension}", requests.Handle(RemoveAsync));
    }

    private async Task<Answer> ListAsync(HttpContext context)
    {
        Database database = await WithInstanceAsync(context);
        return Answer.Ok(
            await extensions.ListAsync(database.Id, context.RequestAborted),
            ManagementJson.Default.IReadOnlyListExtensionResource
        );
    }

    private async Task<Answer> AddAsync(HttpContext context)
    {
        Database database = await WithInstanceAsync(context);
        return Answer.Ok(await extensions.AddAsync(database.Id, NameIn(context), Stopping), ManagementJson.Default.ExtensionResource);
    }

    private async Task<Answer> RemoveAsync(HttpContext context)
    {
        Database database = await WithInstanceAsync(context);
        await extensions.RemoveAsync(database.Id, NameIn(context), Stopping);
        return Answer.NoContent;
    }

    private static string NameIn(HttpContext context) => (string)context.Request.RouteValues["extension"]!;

    private async Task<Database> WithInstanceAsync(HttpContext context)
    {
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        return database.Attached is null ? database : throw AttachFailures.NoInstance(database);
    }
}
