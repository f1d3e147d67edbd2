"""Shapes: what happens to a picture?"""
import streamlit as st
st.write("x")
