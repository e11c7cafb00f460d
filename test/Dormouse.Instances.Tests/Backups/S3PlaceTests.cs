using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Backups.Places;
using Dormouse.Instances.Tests.Lifecycle;

namespace Dormouse.Instances.Tests.Backups;

public sealed class S3PlaceTests
{
    private const string Place = "s3://backups/of the/host";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // The examples of AWS's own documentation, "Examples: Signature Calculations in AWS Signature Version 4".
    [Theory]
    [InlineData("/test.txt", "", "bytes=0-9", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("/", "max-keys=2&prefix=J", null, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    [InlineData("/", "lifecycle=", null, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    public void Signatures_are_those_of_the_published_examples(string path, string query, string? range, string signature)
    {
        var settings = new S3Settings(
            new Uri("https://examplebucket.s3.amazonaws.com"),
            "us-east-1",
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        );
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = settings.Endpoint.Authority,
            ["x-amz-content-sha256"] = S3Signature.Hash([]),
            ["x-amz-date"] = "20130524T000000Z",
        };
        if (range is not null)
        {
            headers["range"] = range;
        }

        string authorization = S3Signature.Sign(settings, "GET", path, query, headers);

        Assert.EndsWith("Signature=" + signature, authorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_to_a_store_is_listed_and_restored_from_there()
    {
        await using TestS3Store store = await TestS3Store.StartAsync();
        await using TestHost host = await HostAsync(store);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE kept AS SELECT 'there'::text AS text");

        BackupResource[] taken =
        [
            await host.Backups.TakeAsync(id, "shop", Place, Cancellation),
            await host.Backups.TakeAsync(id, "shop", Place, Cancellation),
            await host.Backups.TakeAsync(id, "shop", Place, Cancellation),
        ];
        store.Objects["backups/of the/host/db_x/notes.txt"] = [];
        var restored = DatabaseId.New();
        store.BeBusy(2);
        await host.Backups.CreateFromAsync(restored, new BackupSource(Place, taken[1].Name, null), ClassRange.Smallest, Cancellation);

        Assert.Equal(taken, await host.Backups.ListAsync(Place, null, Cancellation));
        Assert.Equal(taken, await host.Backups.ListAsync(Place, id, Cancellation));
        Assert.Empty(await host.Backups.ListAsync(Place, restored, Cancellation));
        Assert.Equal("there", await host.QueryAsync(restored, "SELECT text FROM kept"));
        Assert.Equal(taken[0].SizeBytes, store.Objects[$"backups/of the/host/{taken[0].Name}"].Length);
        Assert.Equal(0, store.Refused);
    }

    [Fact]
    public async Task A_large_backup_goes_in_parts_and_is_there_whole_or_not_at_all()
    {
        await using TestS3Store store = await TestS3Store.StartAsync();
        S3Place place = NewPlace(store);
        byte[] content = RandomNumberGenerator.GetBytes((2 * S3Upload.PartBytes) + 12345);
        string name = $"{DatabaseId.New()}/1-20260101T000000000Z.dmb";

        long size = await place.WriteAsync(name, file => file.WriteAsync(content, Cancellation).AsTask(), Cancellation);

        Assert.Equal((content.Length, 3, 0), (size, store.Parts, store.UnfinishedUploads));
        Assert.Equal(content, store.Objects[$"backups/of the/host/{name}"]);

        store.Objects.Clear();
        store.RefusePartsFrom = 2;
        var refused = await Assert.ThrowsAsync<DormouseException>(() =>
            place.WriteAsync(name, file => file.WriteAsync(content, Cancellation).AsTask(), Cancellation)
        );
        Assert.Equal("DM3531", refused.Code);
        Assert.Contains("EntityTooLarge", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            place.WriteAsync(
                name,
                async file =>
                {
                    await file.WriteAsync(content.AsMemory(0, S3Upload.PartBytes + 1), Cancellation);
                    throw new InvalidOperationException("The database was stopped.");
                },
                Cancellation
            )
        );
        Assert.Equal(0, store.UnfinishedUploads);
        Assert.Empty(store.Objects);
    }

    [Fact]
    public async Task A_wrong_key_a_missing_backup_and_a_connection_that_breaks_fail_with_their_codes()
    {
        await using TestS3Store store = await TestS3Store.StartAsync();
        await using TestHost host = await HostAsync(store);
        DatabaseId id = await host.CreateAsync();
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", Place, Cancellation);
        var source = new BackupSource(Place, backup.Name, null);

        Assert.Equal("DM3500", await CodeAsync(host, source with { Place = "s3://backups" }));
        Assert.Equal("DM3507", await CodeAsync(host, source with { Place = "s3://" }));
        store.CutAfter = (int)backup.SizeBytes / 2;
        Assert.Equal("DM3531", await CodeAsync(host, source));
        store.CutAfter = null;
        await File.WriteAllTextAsync(host.Folder.Combine("s3.json"), store.SettingsJson(secret: "another"), Cancellation);
        Assert.Equal("DM3531", await CodeAsync(host, source));
        Assert.Equal(1, store.Refused);
        await File.WriteAllTextAsync(host.Folder.Combine("s3.json"), "{}", Cancellation);
        Assert.Equal("DM3530", await CodeAsync(host, source));
        File.Delete(host.Folder.Combine("s3.json"));
        Assert.Equal("DM3530", await CodeAsync(host, source));
    }

    private static async Task<string> CodeAsync(TestHost host, BackupSource source) =>
        (
            await Assert.ThrowsAsync<DormouseException>(() =>
                host.Backups.CreateFromAsync(DatabaseId.New(), source, ClassRange.Smallest, Cancellation)
            )
        ).Code;

    private static async Task<TestHost> HostAsync(TestS3Store store)
    {
        TestHost host = await TestHost.StartAsync();
        await File.WriteAllTextAsync(host.Folder.Combine("s3.json"), store.SettingsJson(), Cancellation);
        return host;
    }

    private static S3Place NewPlace(TestS3Store store)
    {
        var settings = new S3Settings(new Uri(store.Endpoint), TestS3Store.Region, TestS3Store.AccessKeyId, TestS3Store.SecretAccessKey);
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return new S3Place(Place, new S3Client(http, settings, TimeProvider.System), TimeProvider.System);
    }
}
