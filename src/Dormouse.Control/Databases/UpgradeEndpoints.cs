using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Attached;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Control.Databases;

/// <summary>Upgrades over HTTP. What is begun goes on when its caller hangs up; the end of the platform undoes it.</summary>
internal sealed class UpgradeEndpoints(
    ManagementRequests requests,
    DatabaseRegistry databases,
    IUpgrades upgrades,
    ICacheAdmin cache,
    IHostApplicationLifetime lifetime
)
{
    private CancellationToken Stopping => lifetime.ApplicationStopping;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/management/databases/{database}/upgrade", requests.Handle(UpgradeAsync));
        routes.MapPost("/management/databases/{database}/upgrade/confirm", requests.Handle(ConfirmAsync));
        routes.MapPost("/management/databases/{database}/upgrade/back", requests.Handle(GoBackAsync));
    }

    private async Task<Answer> UpgradeAsync(HttpContext context)
    {
        UpgradeRequest request = await requests.ReadAsync(context, ManagementJson.Default.UpgradeRequest);
        Database database = await WithInstanceAsync(context);
        int to = request.To ?? throw new DormouseException(FailureKind.Caller, "DM2032", "The request names no major version 'to'.");
        await upgrades.UpgradeAsync(database.Id, to, Stopping);
        return await ShowAsync(database);
    }

    private async Task<Answer> ConfirmAsync(HttpContext context)
    {
        Database database = await WithInstanceAsync(context);
        await upgrades.ConfirmAsync(database.Id, Stopping);
        return await ShowAsync(database);
    }

    private async Task<Answer> GoBackAsync(HttpContext context)
    {
        Database database = await WithInstanceAsync(context);
        await upgrades.GoBackAsync(database.Id, Stopping);
        // What was cached may be of rows that are gone.
        await cache.ForgetAsync(database.Id, Stopping);
        return await ShowAsync(database);
    }

    private async Task<Answer> ShowAsync(Database database) =>
        Answer.Ok(
            DatabaseEndpoints.Resource(await databases.GetAsync(database.Id.ToString(), Stopping)),
            ManagementJson.Default.DatabaseResource
        );

    private async Task<Database> WithInstanceAsync(HttpContext context)
    {
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        return database.Attached is null ? database : throw AttachFailures.NoInstance(database);
    }
}
