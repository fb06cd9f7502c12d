// The page on which an administrator ties this installation to a Bowline server. Made by `bowline app manifest --folder`.
import React, { useState } from "react";
import ForgeReconciler, { Button, Form, FormFooter, Label, SectionMessage, Text, Textfield, useForm } from "@forge/react";
import { invokeRemote, permissions } from "@forge/bridge";

// Whether each customer names their own server (customer-managed remote).
const CUSTOMER_MANAGED = false;

const Page = () => {
  const [outcome, setOutcome] = useState(null);
  const { handleSubmit, register, getFieldId } = useForm();
  const pair = async ({ server, code }) => {
    try {
      if (server) {
        await permissions.remote.set({ remotes: [{ key: "server", configured: { endpoint: server } }] });
      }
      const answer = await invokeRemote({ path: "/forge/pair", method: "POST", body: { code } });
      const ok = answer.status === 200;
      const name = ok && answer.body.connection;
      const words = ok ? `Paired${name ? `: the connection is called ${name}` : ""}.` : answer.body.detail;
      setOutcome({ appearance: ok ? "success" : "error", words });
    } catch (error) {
      setOutcome({ appearance: "error", words: `The server cannot be reached: ${error.message}` });
    }
  };
  return (
    <>
      <Text>Whoever runs the Bowline server makes a code with `bowline app pair`. It is good once, and for an hour.</Text>
      {outcome && (
        <SectionMessage appearance={outcome.appearance}>
          <Text>{outcome.words}</Text>
        </SectionMessage>
      )}
      <Form onSubmit={handleSubmit(pair)}>
        {CUSTOMER_MANAGED && (
          <>
            <Label labelFor={getFieldId("server")}>Address of the server, such as https://sync.acme.example</Label>
            <Textfield {...register("server")} />
          </>
        )}
        <Label labelFor={getFieldId("code")}>Code</Label>
        <Textfield {...register("code", { required: true })} />
        <FormFooter>
          <Button appearance="primary" type="submit">
            Pair
          </Button>
        </FormFooter>
      </Form>
    </>
  );
};

ForgeReconciler.render(<Page />);
